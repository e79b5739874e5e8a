import { existsSync, writeFileSync } from 'node:fs';
import { faults } from '../../emulator/faults/index.js';
import { loadOrder, orderFile } from '../../src/contract/order/order.js';
import { detectionOrder, inCatalogueOrder, orderText } from './detection-order.js';
import { measure } from './measured.js';

// Run by `npm run generate`: by the costs as they were measured last, which `npm run generate -- order` measures again.
const isToMeasure = process.argv[2] === 'measure' || !existsSync(orderFile);
const { rows, shared } = isToMeasure ? await measure() : loadOrder();
writeFileSync(orderFile, orderText(detectionOrder(inCatalogueOrder(rows), shared, faults)));
