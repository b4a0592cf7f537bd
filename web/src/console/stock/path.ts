/** Where a SKU is looked at; SKUs may have slashes in them. */
export const stockPath = (sku: string): string => `/console/stock/${encodeURIComponent(sku)}`;
