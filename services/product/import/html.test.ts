import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { htmlToText } from './html.ts';

describe('HTML to text', () => {
  it.each([
    ['', ''],
    ['Plain  text\nof two lines', 'Plain text\nof two lines'],
    ['<p>One</p><p>Two<br>Three</p>', 'One\n\nTwo\nThree'],
    ['<p>soft\n  break</p>', 'soft break'],
    ['<ul><li>a</li>\n<li>b &amp; c</li></ul>', 'a\n\nb & c'],
    ['a <b>bold</b> <i>word</i>', 'a bold word'],
    ['<table><tr><td>Size</td><td>L</td></tr></table>', 'Size L'],
    ['x<script>alert("<p>no</p>")</script>y<STYLE>p{}</STYLE >z', 'xyz'],
    ['x<!-- <p>no</p> -->y<!DOCTYPE html>z', 'xyz'],
    ['<a title="x > y" href=\'>\'>link</a>', 'link'],
    [
      '3 < 4 &lt; 5 &#8211; &#x2019; &eacute;&Eacute;&nbsp;&euro; &#150; &unknown; &amp;lt;',
      '3 < 4 < 5 – ’ éÉ € – &unknown; &lt;',
    ],
    ['&#0;&#xD800;&#x110000;', '\ufffd\ufffd\ufffd'],
    ['it &lt;script&gt; is text', 'it <script> is text'],
    ['<p>open <b', 'open'],
    ['<script>never closed', ''],
    ['<p>a</p>\u0000\u0007<p>b</p>', 'a\n\nb'],
    ['<h1>Ünïcode 杯 🏔</h1>', 'Ünïcode 杯 🏔'],
  ])('When the body is %j, then the text is %j', (html, text) => {
    expect(htmlToText(html)).toBe(text);
  });

  it('When the body is anything, then the text has no control characters, no tags and no outer space', () => {
    const piece = fc.oneof(
      fc.constantFrom('<p>', '</p>', '<', '>', '"', "'", '<!--', '-->', '&', ';', '<script>', '='),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = htmlToText(pieces.join(''));
        expect(text).not.toMatch(/[\p{Cc}--\n]/v);
        expect(text).toBe(text.trim());
        expect(text).not.toMatch(/<script>|<p>/);
      }),
    );
  });

  it.each(['<a "', '<', '<!--', '<p>', '&', '<script>', '</', "<a b='", ' \n'])(
    'When %j is repeated without end, then it is read in time that grows with its length',
    (piece) => {
      const began = performance.now();
      htmlToText(piece.repeat(50_000));
      expect(performance.now() - began).toBeLessThan(2000);
    },
  );
});
