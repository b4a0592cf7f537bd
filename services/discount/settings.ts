import { STORE_CURRENCY } from '@shop/platform/config/settings.ts';
import { common, kafka, postgres, serviceUrl, tokenKeys } from '@shop/platform/service/settings.ts';

/** Every environment variable of discount as a process of its own. */
export const settings = {
  ...common,
  ...tokenKeys,
  ...postgres,
  ...kafka,
  STORE_CURRENCY,
  PRODUCT_URL: serviceUrl('product'),
};
