"""A diagram as a still picture: what stands where, in inches, and how matplotlib paints it."""
