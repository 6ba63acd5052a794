# Two images: `service` (the default) and `detoxify` (the same with torch and the detoxify package).
#   docker build -t moderation .
#   docker build -t moderation-detoxify --target detoxify .

FROM python:3.11-slim AS build
WORKDIR /src
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/moderation
ENV PATH=/opt/moderation/bin:$PATH
COPY pyproject.toml README.md LICENSE NOTICE CHANGELOG.md ./
COPY moderation moderation
RUN pip install .

FROM build AS build-detoxify
# An index with torch for the CPU alone saves gigabytes: --build-arg PIP_EXTRA_INDEX_URL=...
ARG PIP_EXTRA_INDEX_URL=
RUN pip install ".[detoxify]"

FROM python:3.11-slim AS base
RUN useradd --system --uid 10001 --create-home --home-dir /home/moderation moderation \
    && install -d -o moderation -g moderation -m 0700 /data
COPY config /etc/moderation
ENV PATH=/opt/moderation/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MODERATION_HOST=0.0.0.0 \
    MODERATION_PORT=8000 \
    MODERATION_DATA_DIR=/data \
    MODERATION_POLICY=/etc/moderation/policy.toml
USER moderation
WORKDIR /home/moderation
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['MODERATION_PORT']}/health/ready\", timeout=4)"]
ENTRYPOINT ["moderation"]
CMD ["serve"]

FROM base AS detoxify
COPY --from=build-detoxify /opt/moderation /opt/moderation
# A published checkpoint is fetched at the first start and kept in the data volume.
ENV MODERATION_SCORER=detoxify:original \
    TORCH_HOME=/data/torch \
    HF_HOME=/data/huggingface

FROM base AS service
COPY --from=build /opt/moderation /opt/moderation
