import { STORE_CURRENCY } from '@shop/platform/config/settings.ts';
import { common, kafka, mongo, serviceUrl, tokenKeys } from '@shop/platform/service/settings.ts';

/** Every environment variable of cart as a process of its own. */
export const settings = {
  ...common,
  ...tokenKeys,
  ...mongo,
  ...kafka,
  STORE_CURRENCY,
  PRODUCT_URL: serviceUrl('product'),
  DISCOUNT_URL: serviceUrl('discount'),
};
