import type { CartCommands, CartQueries } from '@shop/contracts/commands.ts';
import { del, get, post, put, type Route } from '@shop/platform/http/route.ts';
import * as schemas from './schemas.ts';
import type { CartUseCases } from './service.ts';

/** The answers that every write of a cart may have, besides those of versioned routes. */
const written = { 200: schemas.cartSchema, 423: 'CART_LOCKED' } as const;

/** The buyer's own cart; whose it is says the token alone. */
export const cartRoutes = (cart: CartUseCases): Route[] => [
  get(
    '/cart',
    {
      summary: 'The cart, at the prices of now',
      access: 'user',
      versioned: true,
      answers: { 200: schemas.cartSchema },
    },
    ({ user }) => cart.view(user),
  ),
  del('/cart', { summary: 'Empty the cart', access: 'user', versioned: true, answers: written }, ({ user, ifMatch }) =>
    cart.clear(user, ifMatch),
  ),
  get(
    '/cart/quote',
    {
      summary: 'What the cart would cost now, vouchers applied',
      access: 'user',
      answers: { 200: schemas.quoteSchema },
    },
    ({ user }) => cart.quote(user),
  ),
  ...itemRoutes(cart),
  ...voucherRoutes(cart),
];

const itemRoutes = (cart: CartUseCases): Route[] => [
  post(
    '/cart/items',
    {
      summary: 'Add to the cart',
      access: 'user',
      body: schemas.itemToAdd,
      versioned: true,
      answers: { ...written, 404: 'SKU_UNKNOWN', 409: ['QUANTITY_LIMIT', 'CART_FULL'] },
    },
    ({ user, body, ifMatch }) => cart.addItem(user, body, ifMatch),
  ),
  put(
    '/cart/items/:sku',
    {
      summary: 'Set how many; 0 takes the item out, an item that is not in the cart is added',
      access: 'user',
      params: schemas.skuParams,
      body: schemas.quantityToSet,
      versioned: true,
      answers: { ...written, 404: 'SKU_UNKNOWN', 409: 'CART_FULL' },
    },
    ({ user, params, body, ifMatch }) => cart.setQuantity(user, { sku: params.sku, quantity: body.quantity }, ifMatch),
  ),
  del(
    '/cart/items/:sku',
    { summary: 'Take an item out', access: 'user', params: schemas.skuParams, versioned: true, answers: written },
    ({ user, params, ifMatch }) => cart.removeItem(user, params.sku, ifMatch),
  ),
];

const voucherRoutes = (cart: CartUseCases): Route[] => [
  put(
    '/cart/vouchers/:code',
    {
      summary: 'Put a voucher into the cart',
      access: 'user',
      params: schemas.voucherParams,
      versioned: true,
      answers: { ...written, 409: ['VOUCHER_REJECTED', 'CART_FULL'] },
    },
    ({ user, params, ifMatch }) => cart.addVoucher(user, params.code, ifMatch),
  ),
  del(
    '/cart/vouchers/:code',
    { summary: 'Take a voucher out', access: 'user', params: schemas.voucherParams, versioned: true, answers: written },
    ({ user, params, ifMatch }) => cart.removeVoucher(user, params.code, ifMatch),
  ),
];

/** The commands of the other services. */
export const cartInternalRoutes = (cart: CartCommands & CartQueries): Route[] => [
  post(
    '/internal/cart/demand',
    {
      summary: 'What a checkout of a cart would be about',
      access: 'service',
      body: schemas.demandQuery,
      answers: { 200: schemas.demandReply, 503: 'UNAVAILABLE' },
    },
    ({ body }) => cart.demandOf(body),
  ),
  post(
    '/internal/cart/lock',
    {
      summary: 'Freeze the cart for a checkout',
      access: 'service',
      body: schemas.timedSagaRef,
      answers: {
        200: schemas.lockReply,
        409: ['CHECKOUT_IN_PROGRESS', 'PRICE_CHANGED', 'PRODUCT_UNAVAILABLE', 'SAGA_UNDONE'],
        422: 'CART_EMPTY',
        503: ['CHECKOUT_TIMED_OUT', 'UNAVAILABLE'],
      },
    },
    ({ body }) => cart.lock(body),
  ),
  post(
    '/internal/cart/complete',
    {
      summary: 'Empty the cart after its checkout',
      access: 'service',
      body: schemas.sagaRef,
      answers: { 200: schemas.doneReply, 503: 'UNAVAILABLE' },
    },
    ({ body }) => cart.complete(body),
  ),
  post(
    '/internal/cart/merge',
    {
      summary: "Move a guest's cart into another user's",
      access: 'service',
      body: schemas.mergeCommand,
      answers: { 200: schemas.mergeReply, 503: 'UNAVAILABLE' },
    },
    ({ body }) => cart.merge(body),
  ),
];
