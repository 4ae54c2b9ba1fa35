# docker build -t rlslint . && docker run --rm -v "$PWD:/project" rlslint check
FROM python:3.13-slim AS build
WORKDIR /source
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY rlslint rlslint
COPY rules rules
RUN python -m venv /opt/rlslint \
    && /opt/rlslint/bin/pip install --no-cache-dir -c constraints.txt ".[live]"

FROM python:3.13-slim
# Git tells what a change brings (check --since); what the image has of it follows its base.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends git \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin rlslint \
    # What is mounted belongs to another user; rlslint has Git read objects and run nothing of it.
    && git config --system --add safe.directory '*'
COPY --from=build /opt/rlslint /opt/rlslint
USER 10001
WORKDIR /project
ENTRYPOINT ["/opt/rlslint/bin/rlslint"]
CMD ["check"]
