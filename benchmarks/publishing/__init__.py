"""Results as a page publishes them: tables in Markdown, and a chart."""
