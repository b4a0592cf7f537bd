import { createHash } from 'node:crypto';
import { slug } from '../handle.ts';

const longest = 64;
const hashLength = 10;

/**
 * The SKU of a variant that came without one: `mug_dark-blue_xl`, always the same for the same handle and options.
 * Neither handles nor slugs contain the underscore, so two products never make the same one. Where the values don't
 * fit, or lose something on the way (other scripts, punctuation), a hash of them tells variants apart.
 */
export const madeSku = (handle: string, options: Record<string, string>): string => {
  const values = Object.values(options);
  const sku = [handle, ...values.map(slug)].join('_');
  if (sku.length <= longest && values.every(survives)) return sku;
  const hash = createHash('sha256')
    .update(JSON.stringify([handle, Object.entries(options)]))
    .digest('hex')
    .slice(0, hashLength);
  return `${sku.slice(0, longest - hashLength - 1)}_${hash}`;
};

const survives = (value: string): boolean => slug(value) === value.trim().toLowerCase().replace(/\s+/g, '-');
