import { existsSync, writeFileSync } from 'node:fs';
import { faults } from '../../emulator/faults/index.js';
import { loadOrder, orderFile } from '../../src/contract/order/order.js';
import { detectionOrder, inCatalogueOrder, orderText } from './detection-order.js';
import { type Costs, measure, measureInOrder, measureScarce } from './measured.js';

// Run by `npm run generate` with the last measured costs; `npm run generate -- order` measures again.
const write = ({ rows, shared }: Costs): void =>
  writeFileSync(orderFile, orderText(detectionOrder(inCatalogueOrder(rows), shared, faults)));

if (process.argv[2] === 'measure' || !existsSync(orderFile)) {
  const inOrderOfFiles = await measure();
  write(inOrderOfFiles);
  write(await measureScarce(await measureInOrder(inOrderOfFiles)));
} else write(loadOrder());
