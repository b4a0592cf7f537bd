import { type ReactNode, useEffect } from 'react';
import { Link, useNavigate } from 'react-router';
import { onSessionLost } from '../../client/session.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorBoundary } from '../../ui/error-boundary.tsx';
import { toast } from '../../ui/toasts.tsx';
import { useOnline } from '../../ui/use-online.ts';
import { signInPath } from '../account/back.ts';
import { CartDrawerSlot } from '../cart/cart-drawer-slot.tsx';
import styles from './frame.module.css';
import { Header } from './header.tsx';

/** Header, footer and cart, which stay while pages come and go. */
export const Frame = ({ children }: { children: ReactNode }) => {
  const online = useOnline();
  const navigate = useNavigate();
  useEffect(
    () =>
      onSessionLost(() =>
        toast('You have been signed out. Your cart and orders are kept.', {
          tone: 'danger',
          action: (
            <Button size="small" onClick={() => navigate(signInPath(window.location))}>
              Sign in again
            </Button>
          ),
        }),
      ),
    [navigate],
  );
  return (
    <div className={styles.frame}>
      <a href="#main" className={styles.skip}>
        Skip to the content
      </a>
      <Header />
      <div role="status">
        {!online && <p className={styles.offline}>You are offline. What you see may be a little old.</p>}
      </div>
      <main id="main" tabIndex={-1} className={styles.main}>
        {children}
      </main>
      <footer className={styles.footer}>
        <p>Everything here is drawn, and nothing is sent. Checkouts are real.</p>
        <p className={styles.links}>
          <Link to="/console">For operators</Link>
          <a href="/docs/">API</a>
        </p>
      </footer>
      <ErrorBoundary>
        <CartDrawerSlot />
      </ErrorBoundary>
    </div>
  );
};
