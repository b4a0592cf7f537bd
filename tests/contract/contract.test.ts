import { describe, expect, it } from 'vitest';
import { contractOf } from '../support/contract.ts';

const check = contractOf({
  paths: {
    '/api/v1/things/{id}': {
      get: {
        responses: {
          200: {
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  required: ['id'],
                  additionalProperties: false,
                  properties: { id: { type: 'string', format: 'uuid' } },
                },
              },
            },
          },
          204: {},
        },
      },
    },
  },
} as never);
const seen = {
  method: 'GET',
  path: '/api/v1/things/1?a=b',
  status: 200,
  contentType: 'application/json; charset=utf-8',
};
const id = '01900000-0000-7000-8000-00000000000a';
const well = { ...seen, body: { id } as unknown };

describe('The comparison of answers with the API document', () => {
  it('When an answer is as declared, or of no operation, then nothing is said', () => {
    expect(check({ ...seen, body: { id } })).toBeUndefined();
    expect(check({ ...seen, status: 204, contentType: null, body: '' })).toBeUndefined();
    expect(check({ ...seen, path: '/nothing', status: 404, body: {} })).toBeUndefined();
  });

  it.each([
    ['a status', { status: 500, body: {} }],
    ['a missing field', { body: {} }],
    ['a field too many', { body: { id, more: 1 } }],
    ['a wrong format', { body: { id: 'x' } }],
    ['a media type', { contentType: 'text/html', body: '' }],
    ['a body where there is none', { status: 204, body: 'x' }],
  ])('When %s differs, then it is said', (_what, other) => {
    expect(check({ ...well, ...other })).toContain('GET /api/v1/things/{id} answered');
  });
});
