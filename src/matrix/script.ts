/** Of the matrix page: the filters. Without it, all is on view. */
export const script = `
const form = document.querySelector('form');
const table = document.getElementById('m');
const shown = document.getElementById('shown');
const rows = [...table.tBodies].flatMap((body) => [...body.rows].filter((row) => row.dataset.o !== undefined));
const texts = new Map(rows.map((row) => [row, row.cells[0].textContent.toLowerCase()]));
const heads = [...table.tHead.rows[0].cells].slice(1);
const names = heads.map((head) => head.textContent.toLowerCase());
const sheet = document.styleSheets[0];
const rule = sheet.cssRules[sheet.insertRule('#none{}', sheet.cssRules.length)];
function fits(row, words, level, outcome) {
  if (level !== '' && row.dataset.l !== level) return false;
  if (outcome === 'd' && row.dataset.d === undefined) return false;
  if (outcome !== '' && outcome !== 'd' && !row.dataset.o.includes(outcome)) return false;
  return words.every((word) => texts.get(row).includes(word));
}
function apply() {
  const words = form.elements.text.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let left = 0;
  for (const row of rows) {
    row.hidden = !fits(row, words, form.elements.level.value, form.elements.outcome.value);
    if (!row.hidden) left += 1;
  }
  for (const body of table.tBodies) {
    body.hidden = [...body.rows].every((row) => row.hidden || row.dataset.o === undefined);
  }
  const target = form.elements.target.value.toLowerCase().trim();
  const away = names.flatMap((name, at) => (name.includes(target) ? [] : ['#m tr>:nth-child(' + (at + 2) + ')']));
  rule.selectorText = away.length === 0 ? '#none' : away.join(',');
  rule.style.display = away.length === 0 ? '' : 'none';
  shown.textContent = left + ' of ' + rows.length + ' requirements, ' +
    (names.length - away.length) + ' of ' + names.length + ' targets on view';
}
form.addEventListener('input', apply);
form.addEventListener('reset', () => setTimeout(apply));
form.addEventListener('submit', (event) => event.preventDefault());
form.hidden = false;
apply();
`;
