import { answer, get, post, type Route } from '@shop/platform/http/route.ts';
import { credentials, jwks, loggedIn, refreshToken, registration, signedIn, user } from './schemas.ts';
import type { Identity } from './service.ts';

export const identityRoutes = (identity: Identity): Route[] => [
  post(
    '/auth/guest',
    {
      summary: 'Come in as a guest, with a cart of your own',
      access: 'anyone',
      limit: 'guest',
      answers: { 201: signedIn },
    },
    () => identity.guest(),
  ),

  post(
    '/auth/register',
    {
      summary: "Become a customer; a guest's token sent along keeps its id, cart and orders",
      access: 'anyone',
      limit: 'auth',
      body: registration,
      answers: { 201: signedIn, 409: 'EMAIL_TAKEN', 503: 'UNAVAILABLE' },
    },
    ({ body, user }) => identity.register(body, user),
  ),

  post(
    '/auth/login',
    {
      summary: "Sign in; a guest's token sent along merges its cart",
      access: 'anyone',
      limit: 'auth',
      body: credentials,
      answers: { 200: loggedIn, 401: 'BAD_CREDENTIALS', 503: 'UNAVAILABLE' },
    },
    ({ body, user }) => identity.login(body, user),
  ),

  post(
    '/auth/refresh',
    {
      summary: 'Exchange a refresh token for new tokens; each works once',
      access: 'anyone',
      limit: 'auth',
      body: refreshToken,
      answers: { 200: signedIn, 401: 'UNAUTHENTICATED' },
    },
    ({ body }) => identity.refresh(body.refreshToken),
  ),

  post(
    '/auth/logout',
    {
      summary: 'Sign out: the refresh token and all that came from the same sign-in end',
      access: 'anyone',
      limit: 'auth',
      body: refreshToken,
      answers: { 204: null },
    },
    async ({ body }) => {
      await identity.logout(body.refreshToken);
      return answer(204);
    },
  ),

  get(
    '/auth/me',
    {
      summary: 'Who you are',
      access: 'user',
      limit: 'auth',
      answers: { 200: user, 401: 'UNAUTHENTICATED' },
    },
    ({ user }) => identity.me(user),
  ),

  get(
    '/.well-known/jwks.json',
    {
      summary: 'The public keys that access tokens are signed with',
      access: 'anyone',
      answers: { 200: jwks },
    },
    async () => answer(200, { keys: await identity.signingKeys() }, { 'Cache-Control': 'public, max-age=60' }),
  ),
];
