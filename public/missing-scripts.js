// A script that could not be fetched (the network changed in that moment) leaves a page whose buttons do nothing. The
// page is loaded again, once; when that does not help, it says so. This file is here before any other script is asked for.
(function () {
  var ONCE = 'drydock.loaded-again';
  /** Later than this it is another failure, and worth another try. */
  var SOON_MS = 20000;

  function loadsAgain() {
    try {
      var last = Number(sessionStorage.getItem(ONCE));
      if (Date.now() - last < SOON_MS) return false;
      sessionStorage.setItem(ONCE, String(Date.now()));
    } catch {
      return false; // Without storage it could load again for ever.
    }
    location.reload();
    return true;
  }

  function say() {
    if (document.querySelector('[data-missing-scripts]')) return;
    var note = document.createElement('p');
    note.dataset.missingScripts = '';
    note.className = 'load-problem';
    note.setAttribute('role', 'alert');
    note.textContent =
      'A part of this page could not be fetched, so its buttons do nothing. Check your connection, then reload the page. ';
    document.body.prepend(note);
  }

  addEventListener(
    'error',
    function (event) {
      if (!(event.target instanceof HTMLScriptElement) || loadsAgain()) return;
      if (document.body) say();
      else addEventListener('DOMContentLoaded', say);
    },
    true,
  );
})();
