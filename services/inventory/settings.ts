import { common, kafka, postgres, serviceUrl, tokenKeys } from '@shop/platform/service/settings.ts';

/** Every environment variable of inventory as a process of its own. */
export const settings = { ...common, ...tokenKeys, ...postgres, ...kafka, PRODUCT_URL: serviceUrl('product') };
