// Filters: every tool bar names the list it filters. Without script all is there, unfiltered.
(function () {
  document.querySelectorAll('.tools[data-for]').forEach(function (tools) {
    var groups = [].slice.call(document.getElementById(tools.dataset.for).querySelectorAll('.group'));
    var opened = groups.map(function (group) { return group.open; });
    var text = tools.querySelector('input[type=search]');
    var open = tools.querySelector('input[type=checkbox]');
    var all = tools.querySelector('button');
    var told = tools.querySelector('[role=status]');
    function filter() {
      var wanted = text.value.trim().toLowerCase(), filtering = wanted || open.checked;
      var shown = 0, total = 0;
      groups.forEach(function (group, number) {
        var here = 0;
        group.querySelectorAll('tbody > tr').forEach(function (row) {
          var fits = (!wanted || row.textContent.toLowerCase().indexOf(wanted) >= 0) &&
            (!open.checked || row.hasAttribute('data-open'));
          row.hidden = !fits;
          total += 1;
          if (fits) { here += 1; }
        });
        group.hidden = !!filtering && !here;
        group.open = !!filtering || opened[number];
        shown += here;
      });
      told.textContent = filtering ? shown + ' of ' + total + ' shown' : '';
      say();
    }
    function say() {
      all.textContent = groups.some(function (g) { return !g.hidden && !g.open; }) ? 'Open all' : 'Close all';
    }
    text.oninput = open.onchange = filter;
    all.onclick = function () {
      var closed = groups.some(function (group) { return !group.hidden && !group.open; });
      groups.forEach(function (group) { group.open = closed; });
      say();
    };
    groups.forEach(function (group) { group.addEventListener('toggle', say); });
    tools.hidden = false;
    say();
  });
  var folded = [];
  addEventListener('beforeprint', function () {
    folded = [].slice.call(document.querySelectorAll('details:not([open])'));
    folded.forEach(function (details) { details.open = true; });
  });
  addEventListener('afterprint', function () {
    folded.forEach(function (details) { details.open = false; });
  });
})();
