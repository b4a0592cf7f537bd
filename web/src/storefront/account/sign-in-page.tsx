import { useEffect } from 'react';
import { Link } from 'react-router';
import { isMember, useUser } from '../../client/session.ts';
import { signIn } from '../../client/shop.ts';
import { Field } from '../../ui/field.tsx';
import { toast } from '../../ui/toasts.tsx';
import { AccountForm } from './account-form.tsx';
import { useComeBack } from './come-back.ts';

export default function SignInPage() {
  const user = useUser();
  const { comeBack, search, errand } = useComeBack();
  const signedIn = isMember(user);
  // Also when another tab has signed in.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it comes about.
  useEffect(() => {
    if (signedIn) comeBack();
  }, [signedIn]);
  return (
    <AccountForm
      title="Sign in"
      lead="What is in your cart comes with you."
      action="Sign in"
      check={({ email, password }) => {
        if (!email?.trim()) return { field: 'email', sentence: 'Type your e-mail address.' };
        if (!password) return { field: 'password', sentence: 'Type your password.' };
        return undefined;
      }}
      send={async ({ email = '', password = '' }) => {
        const { cartMerged } = await signIn({ email: email.trim(), password });
        if (!cartMerged) toast('Your guest cart is being checked out, so it did not come along.');
      }}
      faultOf={({ code }) => {
        if (code === 'BAD_CREDENTIALS') return { field: 'password', sentence: 'E-mail or password is wrong.' };
        if (code === 'VALIDATION_FAILED') return { field: 'email', sentence: 'This is not an e-mail address.' };
        return undefined;
      }}
      foot={
        <>
          New here?{' '}
          <Link to={{ pathname: '/register', search }} state={errand} replace>
            Register
          </Link>
        </>
      }
    >
      {(fault) => (
        <>
          <Field label="Email" name="email" type="email" autoComplete="username" error={fault('email')} />
          <Field
            label="Password"
            name="password"
            type="password"
            autoComplete="current-password"
            maxLength={128}
            error={fault('password')}
          />
        </>
      )}
    </AccountForm>
  );
}
