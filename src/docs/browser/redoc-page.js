// Runs in the browser, on the page of GET /redoc.
const element = document.getElementById('redoc');

window.Redoc.init(
  element.dataset.document,
  { disableSearch: false, hideDownloadButtons: false },
  element,
);
