// @ts-check
// Searches, filters, copies and prints the report, which is fully readable without it.
(() => {
  const form = /** @type {HTMLFormElement} */ (document.querySelector('form.tools'));
  const shown = /** @type {HTMLElement} */ (document.getElementById('shown'));
  const none = /** @type {HTMLElement} */ (document.getElementById('none'));
  const expand = /** @type {HTMLButtonElement} */ (document.getElementById('expand'));
  const areas = [...document.querySelectorAll('.area')].map((section) => ({
    section: /** @type {HTMLElement} */ (section),
    rows: /** @type {HTMLDetailsElement[]} */ ([...section.querySelectorAll('details.req')]),
  }));
  const all = areas.flatMap(({ rows }) => rows);
  /** @type {Map<HTMLDetailsElement, string>} */
  const texts = new Map();

  /** @param {HTMLDetailsElement} row */
  function textOf(row) {
    let text = texts.get(row);
    if (text === undefined) {
      const parts = row.querySelectorAll(':scope > summary .what, :scope > .body > :not(.exchanges)');
      text = [...parts]
        .map((part) => part.textContent)
        .join(' ')
        .toLowerCase();
      texts.set(row, text);
    }
    return text;
  }

  function apply() {
    const data = new FormData(form);
    const text = String(data.get('q') ?? '').toLowerCase();
    const words = text.split(/\s+/).filter(Boolean);
    const level = String(data.get('level') ?? '');
    const operation = String(data.get('operation') ?? '');
    const outcomes = data.getAll('outcome').map(String);
    let count = 0;
    for (const { section, rows } of areas) {
      let left = 0;
      for (const row of rows) {
        const { outcome = '', level: own, operations = '' } = row.dataset;
        const fits =
          (outcomes.length === 0 || outcomes.includes(outcome)) &&
          (level === '' || level === own) &&
          // A requirement without operations concerns all of them.
          (operation === '' || operations === '' || operations.split(' ').includes(operation)) &&
          words.every((word) => textOf(row).includes(word));
        if (row.hidden === fits) row.hidden = !fits;
        if (fits) left += 1;
      }
      section.hidden = left === 0;
      count += left;
    }
    none.hidden = count > 0;
    shown.textContent = count === all.length ? `All ${count} shown` : `${count} of ${all.length} shown`;
    nameExpand();
  }

  /** Keeps the filters in the address, so that readers can share it. */
  function remember() {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === 'string' && value !== '') query.append(name, value);
    }
    const hash = query.toString();
    history.replaceState(null, '', hash === '' ? location.pathname + location.search : `#${hash}`);
  }

  /** @param {URLSearchParams} query */
  function set(query) {
    form.reset();
    const field = (/** @type {string} */ name) =>
      /** @type {HTMLInputElement | HTMLSelectElement} */ (form.elements.namedItem(name));
    field('q').value = query.get('q') ?? '';
    for (const name of ['level', 'operation']) {
      const select = /** @type {HTMLSelectElement} */ (field(name));
      const value = query.get(name) ?? '';
      // An unknown value would leave the field empty.
      select.value = [...select.options].some((option) => option.value === value) ? value : '';
    }
    const outcomes = query.getAll('outcome').flatMap((value) => value.split(','));
    for (const box of form.querySelectorAll('input[type=checkbox]')) {
      const input = /** @type {HTMLInputElement} */ (box);
      input.checked = outcomes.includes(input.value);
    }
  }

  /** `#area/id` opens a requirement, `#name=value` sets filters; any other hash is an anchor. */
  function follow() {
    const hash = location.hash.slice(1);
    if (hash.includes('=')) {
      set(new URLSearchParams(hash));
      apply();
      document.getElementById('requirements')?.scrollIntoView();
      return;
    }
    const row = document.getElementById(decoded(hash));
    if (!(row instanceof HTMLDetailsElement)) return;
    if (row.hidden) {
      form.reset();
      apply();
    }
    row.open = true;
    row.scrollIntoView();
    row.querySelector('summary')?.focus({ preventScroll: true });
  }

  /** @param {string} text */
  function decoded(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  }

  const visible = () => all.filter((row) => !row.hidden);

  function nameExpand() {
    const rows = visible();
    const close = rows.length > 0 && rows.every((row) => row.open);
    expand.textContent = close ? 'Close all' : 'Open all';
    expand.disabled = rows.length === 0;
  }

  /** @param {HTMLElement} command */
  function addCopy(command) {
    const pre = command.querySelector('pre');
    if (pre === null || command.querySelector('button') !== null) return;
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Copy';
    button.setAttribute('aria-label', 'Copy the command');
    button.addEventListener('click', async () => {
      const done = await copy(pre);
      button.textContent = done ? 'Copied' : 'Press Ctrl+C';
      button.setAttribute('aria-label', done ? 'Copied' : 'The command is selected: press Ctrl+C');
      setTimeout(() => {
        button.textContent = 'Copy';
        button.setAttribute('aria-label', 'Copy the command');
      }, 2000);
    });
    command.querySelector('h4')?.after(button);
  }

  /** @param {HTMLElement} element */
  async function copy(element) {
    try {
      await navigator.clipboard.writeText(element.textContent ?? '');
      return true;
    } catch {
      // Browsers may forbid copying from a local file, so select the command for the reader.
      getSelection()?.selectAllChildren(element);
      return false;
    }
  }

  for (const command of document.querySelectorAll('#wrong .command'))
    addCopy(/** @type {HTMLElement} */ (command));

  document.addEventListener(
    'toggle',
    ({ target }) => {
      if (!(target instanceof HTMLDetailsElement) || !target.classList.contains('req')) return;
      for (const command of target.querySelectorAll('.command'))
        addCopy(/** @type {HTMLElement} */ (command));
      nameExpand();
    },
    true,
  );

  form.addEventListener('input', () => {
    apply();
    remember();
  });
  form.addEventListener('submit', (event) => event.preventDefault());
  document.getElementById('clear')?.addEventListener('click', () => {
    form.reset();
    apply();
    remember();
  });
  expand.addEventListener('click', () => {
    const rows = visible();
    const open = !rows.every((row) => row.open);
    for (const row of rows) row.open = open;
    nameExpand();
  });
  addEventListener('hashchange', follow);

  /** @type {HTMLDetailsElement[]} */
  let opened = [];
  addEventListener('beforeprint', () => {
    opened = [...document.querySelectorAll('details')].filter((details) => !details.open);
    for (const details of opened) details.open = true;
  });
  addEventListener('afterprint', () => {
    for (const details of opened) details.open = false;
  });

  form.hidden = false;
  apply();
  follow();
})();
