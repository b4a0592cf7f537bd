import { refuse } from '@shop/contracts/problems.ts';
import { describe, expect, it } from 'vitest';
import { answer, get, post } from '../http/route.ts';
import { joi } from '../http/schemas.ts';
import { serve } from './http.ts';

const declared = {
  summary: 'd',
  access: 'anyone',
  answers: { 200: joi.object({ a: joi.number().required() }) },
} as const;

const closing = async (handler: () => object, method: 'GET' | 'POST' = 'GET') => {
  const route =
    method === 'GET' ? get('/x', declared, handler) : post('/x', { ...declared, answers: { 204: null } }, handler);
  const server = await serve([route]);
  await server.request(method, '/x');
  return server.close();
};

describe('answers compared with their declaration', () => {
  it('When they are as declared, then the server closes in peace', async () => {
    await closing(() => ({ a: 1 }));
  });

  it('When a field, a status or a code is not declared, then closing says which', async () => {
    await expect(closing(() => ({ a: 1, b: 2 }))).rejects.toThrow(
      'GET /x answered 200 with a body that is not as declared',
    );
    await expect(closing(() => ({ a: '1' }))).rejects.toThrow('a" must be a number');
    await expect(closing(() => answer(201, { a: 1 }))).rejects.toThrow(
      'GET /x answered 201, which it does not declare',
    );
    await expect(closing(() => refuse('SKU_TAKEN'))).rejects.toThrow(
      'GET /x answered SKU_TAKEN, which it does not declare',
    );
    await expect(closing(() => answer(204, { a: 1 }), 'POST')).resolves.toBeUndefined();
  });

  it('When another client gets them, then they are compared all the same', async () => {
    const server = await serve([get('/x', declared, () => refuse('SKU_TAKEN'))]);
    await fetch(`${server.url}/api/v1/x`).then((response) => response.text());
    await expect(server.close()).rejects.toThrow('GET /x answered SKU_TAKEN, which it does not declare');
  });

  it('When a refusal is implied by the declaration, then it needs no words', async () => {
    await closing(() => refuse('UNAVAILABLE'));
  });
});
