import { useEffect } from 'react';
import { Link } from 'react-router';
import { isMember, useUser } from '../../client/session.ts';
import { register } from '../../client/shop.ts';
import { Field } from '../../ui/field.tsx';
import { toast } from '../../ui/toasts.tsx';
import { AccountForm } from './account-form.tsx';
import { useComeBack } from './come-back.ts';

const SHORTEST_PASSWORD = 8;

/** Makes a customer, of a guest where there is one: cart and orders stay theirs. */
export default function RegisterPage() {
  const user = useUser();
  const { comeBack, search, errand } = useComeBack();
  const signedIn = isMember(user);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it comes about.
  useEffect(() => {
    if (signedIn) comeBack();
  }, [signedIn]);
  return (
    <AccountForm
      title="Register"
      lead="Your cart, and what you bought as a guest, will be your account’s."
      action="Register"
      check={({ name, email, password = '' }) => {
        if (!name?.trim()) return { field: 'name', sentence: 'Tell us how to call you.' };
        if (!email?.trim()) return { field: 'email', sentence: 'Type your e-mail address.' };
        if (password.length < SHORTEST_PASSWORD)
          return { field: 'password', sentence: `At least ${SHORTEST_PASSWORD} characters.` };
        return undefined;
      }}
      send={async ({ name = '', email = '', password = '' }) => {
        await register({ name: name.trim(), email: email.trim(), password });
        toast(`Welcome, ${name.trim()}.`);
      }}
      faultOf={({ code, problem }) => {
        if (code === 'EMAIL_TAKEN')
          return { field: 'email', sentence: 'This address has an account: sign in instead.' };
        if (code !== 'VALIDATION_FAILED') return undefined;
        const path = String(problem.errors?.[0]?.path ?? '');
        if (path === 'password')
          return { field: 'password', sentence: 'This password can’t be used: 8 to 128 characters.' };
        if (path === 'name') return { field: 'name', sentence: 'This name can’t be used.' };
        return { field: 'email', sentence: 'This is not an e-mail address.' };
      }}
      foot={
        <>
          You have an account?{' '}
          <Link to={{ pathname: '/sign-in', search }} state={errand} replace>
            Sign in
          </Link>
        </>
      }
    >
      {(fault) => (
        <>
          <Field label="Name" name="name" autoComplete="name" maxLength={200} error={fault('name')} />
          <Field label="Email" name="email" type="email" autoComplete="username" error={fault('email')} />
          <Field
            label="Password"
            name="password"
            type="password"
            autoComplete="new-password"
            maxLength={128}
            hint={`At least ${SHORTEST_PASSWORD} characters`}
            error={fault('password')}
          />
        </>
      )}
    </AccountForm>
  );
}
