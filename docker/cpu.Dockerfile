# xpnet on the CPU. From the repository's root:
#
#   docker build -f docker/cpu.Dockerfile -t xpnet:cpu .                      what trains
#   docker build -f docker/cpu.Dockerfile -t xpnet:cpu-dev --target dev .     tests, benchmarks

# Any Debian with Python 3.11 or later and its venv. The pins were made and tried with 3.11.
ARG BASE=python:3.11.13-slim-bookworm
# A user without rights whose number is fixed, so that the owner of a mounted folder can be too.
ARG UID=1000

# What changes rarely comes first: the environment, then the dependencies, then the sources.
FROM ${BASE} AS base
ENV PATH=/opt/xpnet/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1
ARG UID
RUN python3 -m venv /opt/xpnet \
    && useradd --create-home --uid "${UID}" xpnet \
    && install --directory --owner xpnet /results
COPY pyproject.toml /source/
COPY docker/requirements.py /source/docker/
COPY docker/pins/cpu.txt /source/pins.txt
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
RUN --mount=type=bind,from=files,source=/files,target=/files \
    python docker/requirements.py > wanted.txt \
    && pip install --no-cache-dir --no-index --find-links /files --requirement wanted.txt

# The tests and benchmarks, on the sources as they are.
FROM dependencies AS dev
ARG UID
RUN --mount=type=bind,from=files,source=/files,target=/files \
    python docker/requirements.py test bench > wanted.txt \
    && pip install --no-cache-dir --no-index --find-links /files --requirement wanted.txt
COPY --from=wheel /wheel /wheel
RUN pip install --no-cache-dir --no-deps /wheel/*.whl && pip check
COPY --chown=xpnet . /home/xpnet/source
USER ${UID}
WORKDIR /home/xpnet/source
CMD ["python", "-m", "pytest", "-p", "no:cacheprovider"]

# The last stage is what `docker build` makes when it is asked for none.
FROM dependencies AS train
ARG UID
COPY --from=wheel /wheel /wheel
RUN pip install --no-cache-dir --no-deps /wheel/*.whl && pip check
USER ${UID}
WORKDIR /results
# No ENTRYPOINT: `docker run IMAGE xpnet info` runs what it says.
CMD ["xpnet", "train", "--json", "/results/train.json"]
