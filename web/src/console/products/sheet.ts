/** The records of a CSV text (RFC 4180), quoted fields with their line breaks in one piece. Only read to be shown. */
export const recordsOf = (text: string): string[][] => {
  const records: string[][] = [];
  let record: string[] = [];
  let field = '';
  let quoted = false;
  const endField = () => {
    record.push(field);
    field = '';
  };
  const endRecord = () => {
    endField();
    if (record.length > 1 || record[0] !== '') records.push(record);
    record = [];
  };
  const source = text.replace(/^\uFEFF/, '');
  for (let at = 0; at < source.length; at += 1) {
    const character = source[at];
    if (quoted) {
      if (character !== '"') field += character;
      else if (source[at + 1] === '"') {
        field += '"';
        at += 1;
      } else quoted = false;
    } else if (character === '"' && field === '') quoted = true;
    else if (character === ',') endField();
    else if (character === '\n') endRecord();
    else if (character !== '\r') field += character;
  }
  if (field !== '' || record.length > 0) endRecord();
  return records;
};

const columns = ['Handle', 'Title', 'Variant SKU', 'Variant Price'];

/** What tells a record apart for its reader: handle, title, SKU and price, as far as the sheet has them. */
export const briefOf = (records: readonly string[][], row: number): string => {
  const head = records[0] ?? [];
  const record = records[row - 1] ?? [];
  return columns
    .map((column) => record[head.indexOf(column)] ?? '')
    .filter((value) => value !== '')
    .join(' · ');
};
