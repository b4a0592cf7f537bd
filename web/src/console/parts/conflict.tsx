import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';

interface ConflictProps {
  /** "product", "voucher". */
  what: string;
  /** The fields that differ now, in words. */
  changed: readonly string[];
  onKeep: () => void;
  onTake: () => void;
}

/** Somebody else has saved the same thing meanwhile: nothing is lost until one has chosen. */
export const Conflict = ({ what, changed, onKeep, onTake }: ConflictProps) => (
  <Notice
    tone="warning"
    title={`Somebody else changed this ${what} while you did`}
    announce
    actions={
      <>
        <Button onClick={onKeep}>Keep my edit</Button>
        <Button onClick={onTake}>Take theirs</Button>
      </>
    }
  >
    {changed.length > 0
      ? `Now different from what you began with: ${changed.join(', ')}.`
      : 'What you began with is old now.'}{' '}
    What you have edited is kept; where both have, yours goes over theirs when you save again.
  </Notice>
);
