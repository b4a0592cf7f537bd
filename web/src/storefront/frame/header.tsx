import { Link, useLocation } from 'react-router';
import { isMember, useUser } from '../../client/session.ts';
import { Account } from './account.tsx';
import { CartButton } from './cart-button.tsx';
import styles from './header.module.css';
import { SearchBox } from './search-box.tsx';

const Logo = () => (
  <svg width="28" height="28" viewBox="0 0 32 32" aria-hidden="true" className={styles.mark}>
    <rect width="32" height="32" rx="8" className={styles.tile} />
    <path d="M10 12h12l1.2 12H8.8z" className={styles.bag} />
    <path d="M12.5 14v-3a3.5 3.5 0 0 1 7 0v3" className={styles.handle} />
    <path d="m12.6 18.6 2.4 2.4 4.4-4.6" className={styles.tick} />
  </svg>
);

export const Header = () => {
  const user = useUser();
  const { pathname } = useLocation();
  return (
    <header className={styles.header}>
      <div className={styles.bar}>
        <Link to="/" className={styles.logo}>
          <Logo />
          <span className={styles.name}>Saga Supply</span>
        </Link>
        <div className={styles.search}>
          <SearchBox />
        </div>
        <nav aria-label="You" className={styles.nav}>
          {isMember(user) && user.role === 'admin' && (
            <Link to="/console" className={styles.link}>
              Console
            </Link>
          )}
          <Link to="/orders" className={styles.link} aria-current={pathname === '/orders' ? 'page' : undefined}>
            Orders
          </Link>
          <Account />
          <CartButton />
        </nav>
      </div>
    </header>
  );
};
