import { type ReactNode, useEffect, useRef } from 'react';
import { Link, NavLink, useLocation, useNavigate } from 'react-router';
import { useUser } from '../client/session.ts';
import { signOut } from '../client/shop.ts';
import { Button } from '../ui/button.tsx';
import {
  DeadLettersIcon,
  EventsIcon,
  LabIcon,
  OrdersIcon,
  OverviewIcon,
  ProductsIcon,
  SagasIcon,
  ShopIcon,
  StockIcon,
  VouchersIcon,
} from './icons.tsx';
import { useOverview } from './queries.ts';
import styles from './rail.module.css';

interface Place {
  to: string;
  name: string;
  icon: ReactNode;
  /** How many things wait for somebody there. */
  waiting?: number;
}

const useWaiting = (): { parked: number; deadLetters: number } => {
  const { data } = useOverview();
  return { parked: data?.parked ?? 0, deadLetters: data?.deadLetters ?? 0 };
};

/** On a narrow screen the rail is a line that scrolls: the place that one is in stays in sight. */
const useInSight = () => {
  const rail = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another path is another place.
  useEffect(() => {
    const place = rail.current?.querySelector<HTMLElement>('[aria-current="page"]');
    if (place) rail.current?.scrollTo({ left: place.offsetLeft - (rail.current.clientWidth - place.clientWidth) / 2 });
  }, [pathname]);
  return rail;
};

/** The ways through the console, with a count where something waits for an operator. */
export const Rail = () => {
  const rail = useInSight();
  const { parked, deadLetters } = useWaiting();
  const places: Place[] = [
    { to: '/console', name: 'Overview', icon: <OverviewIcon /> },
    { to: '/console/sagas', name: 'Sagas', icon: <SagasIcon />, waiting: parked },
    { to: '/console/orders', name: 'Orders', icon: <OrdersIcon /> },
    { to: '/console/products', name: 'Products', icon: <ProductsIcon /> },
    { to: '/console/stock', name: 'Stock', icon: <StockIcon /> },
    { to: '/console/vouchers', name: 'Vouchers', icon: <VouchersIcon /> },
    { to: '/console/events', name: 'Events', icon: <EventsIcon /> },
    { to: '/console/dead-letters', name: 'Dead letters', icon: <DeadLettersIcon />, waiting: deadLetters },
    { to: '/console/lab', name: 'Race lab', icon: <LabIcon /> },
  ];
  return (
    <header ref={rail} className={styles.rail}>
      <p className={styles.brand}>Console</p>
      <nav aria-label="Console" className={styles.nav}>
        <ul className={styles.places}>
          {places.map((place) => (
            <li key={place.to}>
              <RailLink {...place} />
            </li>
          ))}
        </ul>
      </nav>
      <Operator />
    </header>
  );
};

const RailLink = ({ to, name, icon, waiting = 0 }: Place) => (
  <NavLink to={to} end={to === '/console'} className={styles.link}>
    {icon}
    {name}
    {waiting > 0 && (
      <span className={styles.waiting}>
        {waiting > 99 ? '99+' : waiting}
        <span className="visually-hidden"> waiting</span>
      </span>
    )}
  </NavLink>
);

const Operator = () => {
  const user = useUser();
  const navigate = useNavigate();
  const leave = () => {
    signOut();
    navigate('/');
  };
  return (
    <div className={styles.operator}>
      <Link to="/" className={styles.link}>
        <ShopIcon />
        Storefront
      </Link>
      <p className={styles.who} title={user?.email ?? undefined}>
        {user?.email}
      </p>
      <Button kind="quiet" size="small" onClick={leave}>
        Sign out
      </Button>
    </div>
  );
};
