import { Icon } from '../ui/icons.tsx';

export const OverviewIcon = () => (
  <Icon size={18}>
    <path d="M3 16.5V11M8 16.5V6M13 16.5V9M17.5 16.5V3.5" />
  </Icon>
);

export const SagasIcon = () => (
  <Icon size={18}>
    <path d="M3 5h6M7 10h6M11 15h6" />
  </Icon>
);

export const OrdersIcon = () => (
  <Icon size={18}>
    <path d="M5 3h10v14l-2.5-1.5L10 17l-2.5-1.5L5 17zM8 7h4M8 10.5h4" />
  </Icon>
);

export const ProductsIcon = () => (
  <Icon size={18}>
    <path d="M3 6.5 10 3l7 3.5v7L10 17l-7-3.5zM3 6.5l7 3.5 7-3.5M10 10v7" />
  </Icon>
);

export const StockIcon = () => (
  <Icon size={18}>
    <path d="M3 17V7l7-4 7 4v10M6.5 17v-6h7v6M6.5 14h7" />
  </Icon>
);

export const VouchersIcon = () => (
  <Icon size={18}>
    <path d="M3 6h14v2.5a1.5 1.5 0 0 0 0 3V14H3v-2.5a1.5 1.5 0 0 0 0-3zM12 6v8" />
  </Icon>
);

export const EventsIcon = () => (
  <Icon size={18}>
    <path d="M2.5 10h3.5l2-5.5 4 11 2-5.5h3.5" />
  </Icon>
);

export const DeadLettersIcon = () => (
  <Icon size={18}>
    <path d="M3 5h14v10H3zM3 5.5l7 5 7-5" />
  </Icon>
);

export const LabIcon = () => (
  <Icon size={18}>
    <path d="M8 3v5l-4.5 7.5A1 1 0 0 0 4.4 17h11.2a1 1 0 0 0 .9-1.5L12 8V3M7 3h6M6 13h8" />
  </Icon>
);

export const ShopIcon = () => (
  <Icon size={18}>
    <path d="M12 5 7 10l5 5" />
  </Icon>
);

export const CopyIcon = () => (
  <Icon size={14}>
    <path d="M7 7h9v9H7zM4 13V4h9" />
  </Icon>
);

export const ChevronIcon = () => (
  <Icon size={14}>
    <path d="m7 4 6 6-6 6" />
  </Icon>
);
