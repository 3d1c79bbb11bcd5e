# xpnet on an NVIDIA GPU. From the repository's root, CUDA being 12 or 13:
#
#   docker build -f docker/cuda.Dockerfile --build-arg CUDA=12 -t xpnet:cuda12 .
#   docker build -f docker/cuda.Dockerfile --build-arg CUDA=12 -t xpnet:cuda12-dev --target dev .
#   docker run --gpus all xpnet:cuda12
#
# The base is plain Python, without CUDA: xpnet[cuda12] asks for cupy-cuda12x[ctk], and that extra
# for cuda-toolkit[cublas,cudart,cufft,curand,cusolver,cusparse,nvrtc], which is every CUDA library
# that CuPy loads, and the headers for its kernels, as wheels. What no wheel can bring is the
# driver, libcuda.so.1, which has to be the host's own: NVIDIA's container runtime mounts it.
# A base with CUDA in it would hold the same libraries, some GB, a second time.

# Any Debian with Python 3.11 or later and its venv. The pins were made and tried with 3.11.
ARG BASE=python:3.11.13-slim-bookworm
# A user without rights whose number is fixed, so that the owner of a mounted folder can be too.
ARG UID=1000
ARG CUDA=13

# What changes rarely comes first: the environment, then the dependencies, then the sources.
FROM ${BASE} AS base
ENV PATH=/opt/xpnet/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1
ARG UID
RUN python3 -m venv /opt/xpnet \
    && useradd --create-home --uid "${UID}" xpnet \
    && install --directory --owner xpnet /results /home/xpnet/.cupy
ARG CUDA
COPY pyproject.toml /source/
COPY docker/requirements.py /source/docker/
COPY docker/pins/cuda${CUDA}.txt /source/pins.txt
WORKDIR /source

# Every file is checked against its hash in the pins; the other stages install these files alone.
# Cache mounts keep pip's downloads between builds and out of the layers.
FROM base AS files
RUN --mount=type=cache,target=/root/.cache/pip \
    pip download --require-hashes --no-deps --only-binary :all: \
    --dest /files --requirement pins.txt

FROM base AS wheel
RUN --mount=type=bind,from=files,source=/files,target=/files \
    python docker/requirements.py build > wanted.txt \
    && pip install --no-cache-dir --no-index --find-links /files --requirement wanted.txt
COPY README.md LICENSE /source/
COPY xpnet /source/xpnet
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheel .

FROM base AS dependencies
ARG CUDA
RUN --mount=type=bind,from=files,source=/files,target=/files \
    python docker/requirements.py "cuda${CUDA}" > wanted.txt \
    && pip install --no-cache-dir --no-index --find-links /files --requirement wanted.txt
# What the container runtime is asked for: the driver's compute half, and nvidia-smi.
ENV NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility

# The tests and benchmarks, on the sources as they are.
FROM dependencies AS dev
ARG UID
ARG CUDA
RUN --mount=type=bind,from=files,source=/files,target=/files \
    python docker/requirements.py "cuda${CUDA}" test bench > wanted.txt \
    && pip install --no-cache-dir --no-index --find-links /files --requirement wanted.txt
COPY --from=wheel /wheel /wheel
RUN pip install --no-cache-dir --no-deps /wheel/*.whl && pip check
COPY --chown=xpnet . /home/xpnet/source
USER ${UID}
WORKDIR /home/xpnet/source
CMD ["python", "-m", "pytest", "-p", "no:cacheprovider", "--backend", "cupy"]

# The last stage is what `docker build` makes when it is asked for none.
FROM dependencies AS train
ARG UID
COPY --from=wheel /wheel /wheel
RUN pip install --no-cache-dir --no-deps /wheel/*.whl && pip check
USER ${UID}
WORKDIR /results
# No ENTRYPOINT: `docker run IMAGE xpnet info` runs what it says.
CMD ["xpnet", "train", "--backend", "cupy", "--json", "/results/train.json"]
