import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

// Each library loads at its first use: loading all takes a fifth of a second, and most processes need few.
export const undici = (): typeof import('undici') => require('undici');
export const otplib = (): typeof import('otplib') => require('otplib');
export const ajv = (): typeof import('ajv') => require('ajv');
export const ajv2020 = (): typeof import('ajv/dist/2020.js') => require('ajv/dist/2020.js');
export const ajvFormats = (): typeof import('ajv-formats') => require('ajv-formats');
