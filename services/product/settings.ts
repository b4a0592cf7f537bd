import { STORE_CURRENCY } from '@shop/platform/config/settings.ts';
import { common, kafka, mongo, tokenKeys } from '@shop/platform/service/settings.ts';

/** Every environment variable of product as a process of its own. */
export const settings = { ...common, ...tokenKeys, ...mongo, ...kafka, STORE_CURRENCY };
