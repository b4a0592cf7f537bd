import type { ReactNode } from 'react';
import { useLocation } from 'react-router';
import { isMember, useUser } from '../client/session.ts';
import { ButtonLink } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import styles from './console.module.css';

/** Shows the console to administrators, and everybody else the way to become one: by signing in, and back to here. */
export const AdminsOnly = ({ children }: { children: ReactNode }) => {
  const user = useUser();
  const { pathname, search } = useLocation();
  if (user?.role === 'admin') return children;
  const signIn = `/sign-in?back=${encodeURIComponent(pathname + search)}`;
  return (
    <main className={styles.door}>
      <title>Console</title>
      <Empty
        level={1}
        title={isMember(user) ? 'The console is for administrators' : 'Sign in to the console'}
        actions={
          <>
            <ButtonLink kind="primary" to={signIn}>
              {isMember(user) ? 'Sign in as somebody else' : 'Sign in'}
            </ButtonLink>
            <ButtonLink to="/">To the shop</ButtonLink>
          </>
        }
      >
        {isMember(user)
          ? `You are signed in as ${user.email}, who may shop, but not look behind the counter.`
          : 'It is for administrators. Where the shop was started, it has printed who the first one is. You come back to this page.'}
      </Empty>
    </main>
  );
};
