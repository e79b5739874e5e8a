import { existsSync, writeFileSync } from 'node:fs';
import { faults } from '../../emulator/faults/index.js';
import { type DetectionOrder, loadOrder, orderFile } from '../../src/contract/order/order.js';
import { detectionOrder, inCatalogueOrder, orderText } from './detection-order.js';
import { type Costs, measure, measureInOrder, measureScarce } from './measured.js';

// Run by `npm run generate` with the last measured costs; `npm run generate -- order` measures again.
const write = ({ rows, shared }: Costs): void =>
  writeFileSync(orderFile, orderText(detectionOrder(inCatalogueOrder(rows), shared, faults)));

/** Costs on targets with scarce codes take twenty minutes to measure, so known values stay. */
function withKnownScarce({ rows, shared }: Costs, known: DetectionOrder | undefined): Costs {
  const before = new Map(known?.rows.map(({ id, scarce }) => [id, scarce]));
  return {
    shared,
    rows: rows.map((row) => {
      const scarce = before.get(row.id);
      return scarce === undefined ? row : { ...row, scarce };
    }),
  };
}

const what = process.argv[2];
const known = existsSync(orderFile) ? loadOrder() : undefined;
if (what === undefined && known !== undefined) write(known);
else {
  const inOrderOfFiles = withKnownScarce(await measure(), known);
  write(inOrderOfFiles);
  const all = await measureInOrder(inOrderOfFiles);
  write(what === 'scarce' ? await measureScarce(all) : all);
}
