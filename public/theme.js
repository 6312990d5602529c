// Runs before the first paint, so that a chosen theme never flashes. The rest of theming is in src/client/theme.ts.
(function () {
  var root = document.documentElement;
  root.dataset.js = '';
  var choice = null;
  try {
    choice = localStorage.getItem('drydock.theme');
  } catch {
    root.dataset.storage = 'off'; // Storage is blocked: the system's theme it is.
  }
  if (choice !== 'light' && choice !== 'dark') choice = 'system';
  root.dataset.themeChoice = choice;
  var dark = choice === 'dark' || (choice === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  root.dataset.theme = dark ? 'dark' : 'light';
  try {
    var split = localStorage.getItem('drydock.split');
    if (split && /^\d{2}(\.\d+)?$/.test(split)) root.style.setProperty('--split', split + '%');
  } catch {
    root.dataset.storage = 'off';
  }
})();
