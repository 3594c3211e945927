// Whether the plain server in this container is alive: the image's HEALTHCHECK.
fetch(`http://127.0.0.1:${process.env.PORT}/health`).then(
  ({ ok }) => process.exit(ok ? 0 : 1),
  () => process.exit(1),
);
