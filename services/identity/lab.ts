import { post, type Route, type User } from '@shop/platform/http/route.ts';
import { joi, uuid } from '@shop/platform/http/schemas.ts';
import type { Identity } from './service.ts';

const users = joi
  .array<User[]>()
  .items(joi.object({ id: uuid.required(), role: joi.string().valid('guest', 'admin').required() }))
  .max(500)
  .required();

/** For the race lab alone, and mounted only where it is on: access tokens for buyers that it makes up. */
export const identityLabRoutes = (identity: Pick<Identity, 'tokenFor'>): Route[] => [
  post(
    '/internal/lab/tokens',
    {
      summary: 'Access tokens for the buyers of the race lab, in their order',
      access: 'service',
      body: joi.object<{ users: User[] }>({ users }),
      answers: { 200: joi.object({ tokens: joi.array().items(joi.string()).required() }) },
    },
    async ({ body }) => ({ tokens: await Promise.all(body.users.map((user) => identity.tokenFor(user))) }),
  ),
];
