import { join } from 'node:path';
import { orExplain } from '../../base/errors.js';
import { makeFolder, replaceFile } from '../../base/files.js';
import { printable } from '../../base/redaction/printable.js';
import { checkBy } from '../../base/spec-schema.js';
import type { Matrix } from '../many/matrix.js';
import { renderMatrixPage } from './page.js';

const matrixFiles = ['matrix.html', 'matrix.json'] as const;

const checked = checkBy<Matrix>('matrix.schema.json', 'matrix');

export function matrixJson(matrix: Matrix): string {
  return `${printable(JSON.stringify(checked(matrix, 'matrix'), null, 1))}\n`;
}

export function writeMatrix(matrix: Matrix, out: string): readonly string[] {
  const json = matrixJson(matrix);
  const page = renderMatrixPage(matrix);
  orExplain(`The matrix can't be written to ${out}`, () => {
    makeFolder(out);
    replaceFile(join(out, 'matrix.html'), page);
    replaceFile(join(out, 'matrix.json'), json);
  });
  return matrixFiles;
}
