import { Link, useLocation, useNavigate } from 'react-router';
import { isMember, useUser } from '../../client/session.ts';
import { signOut } from '../../client/shop.ts';
import { announce } from '../../ui/live-region.tsx';
import { signInPath } from '../account/back.ts';
import styles from './header.module.css';

/** Sign in or out. On the pages that are for that, those have the word. */
export const Account = () => {
  const user = useUser();
  const location = useLocation();
  const navigate = useNavigate();
  if (isMember(user)) {
    return (
      <>
        <span className={styles.user} title={user.email ?? undefined}>
          {user.name}
        </span>
        <button
          type="button"
          className={styles.link}
          onClick={() => {
            signOut();
            announce('You are signed out.');
            navigate('/');
          }}
        >
          Sign out
        </button>
      </>
    );
  }
  if (location.pathname === '/sign-in' || location.pathname === '/register') return null;
  return (
    <Link to={signInPath(location)} className={styles.link}>
      Sign in
    </Link>
  );
};
