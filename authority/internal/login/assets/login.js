// The two pages that act by themselves: the one that posts the answer back to the
// application, and the one that goes on when the applications know of a sign-out.
(function () {
  "use strict";
  var back = document.getElementById("back");
  if (back) {
    back.submit();
    return;
  }
  var next = document.getElementById("next");
  if (!next) {
    return;
  }
  var gone = false;
  function go() {
    if (!gone) {
      gone = true;
      window.location.replace(next.href);
    }
  }
  window.addEventListener("load", go); // the frames have loaded, or failed to
  window.setTimeout(go, 3000);
})();
