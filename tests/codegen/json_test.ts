/** One reader for all JSON: a byte order mark is no part of a text, and no object has a key twice. */
import assert from "node:assert/strict";
import { JsonError, parseJson } from "../../codegen/json.ts";
import { parseTuning } from "../../codegen/schedule/tuning.ts";
import { parseReport } from "../../runtime/report/report.ts";
import { decodeSafetensors } from "../../runtime/files/safetensors.ts";
import { parseNames } from "../../runtime/files/weights.ts";
import { InputError, parseSpec } from "../../mod.ts";
import { SPEC } from "../small_net.ts";

Deno.test("what parses as JSON parses to the same; a mark before it does not matter", () => {
  const texts = [
    ...[
      "1",
      "null",
      '"a"',
      '"\\""',
      '"\\\\"',
      '["a", "a", {"a": "a"}]',
      '{"a": {"a": {"a": 1}}, "b": [{"a": 1}, {"a": 2}]}',
    ],
    ...[
      '{"a\\\\": 1, "a": 2}',
      '{"": 1, "\\"": 2, "__proto__": 3, ":": "{[:", "}": ":"}',
      "[".repeat(100) + "]".repeat(100),
    ],
  ];
  for (const text of texts) {
    for (const mark of ["", "\ufeff"]) assert.deepEqual(parseJson(mark + text), JSON.parse(text), text.slice(0, 60));
  }
  // one mark, and only before the text
  for (const text of ["\ufeff\ufeff{}", "{\ufeff}", ""]) assert.throws(() => parseJson(text), JsonError);
});

Deno.test("a key twice in one object is refused, however it is written, at any depth, with its line", () => {
  const twice: readonly (readonly [text: string, key: string, line: number])[] = [
    ['{"a":1,"a":1}', "a", 1],
    ['{"a":1,\n"\\u0061":2}', "a", 2],
    ['[\n{"b":[],\n"c":{"x":1, "y":{}, "x":2}}]', "x", 3],
    ['{"a":{"b":1},"c":[{"b":1}],"__proto__":1,"__proto__":2}', "__proto__", 1],
    ['{"\\\\":1,"\\\\":2}', "\\", 1],
  ];
  for (const [text, key, line] of twice) {
    assert.throws(() => parseJson(text), (error) => {
      assert(error instanceof JsonError);
      assert.equal(error.key, key);
      assert(
        error.message.endsWith(` stands twice in the same object, again in line ${line}; leave one`),
        error.message,
      );
      return true;
    });
  }
  assert.throws(
    () => parseJson(`{"${"x".repeat(500)}":1,"${"x".repeat(500)}":1}`),
    ({ message }) => message.length < 150,
  );
});

Deno.test("a text in UTF-16 is named", async () => {
  const file = await Deno.makeTempFile();
  const utf16 = Uint16Array.from('\ufeff{"a":1}', (letter) => letter.charCodeAt(0));
  await Deno.writeFile(file, new Uint8Array(utf16.buffer));
  assert.throws(
    () => parseJson(new TextDecoder().decode(Deno.readFileSync(file))),
    /^SyntaxError: it is in UTF-16; save it in UTF-8$/,
  );
  await Deno.remove(file);
});

/** What reads JSON, and a text that it takes. */
const READERS: readonly (readonly [read: (text: string) => unknown, text: string])[] = [
  [(text) => parseSpec(text, "FILE"), JSON.stringify(SPEC)],
  [(text) => parseTuning(text, "FILE"), '{"net":{}}'],
  [(text) => parseNames(text, "FILE"), '{"conv1":"a"}'],
  [(text) => parseReport(text, "FILE"), "{}"],
];

Deno.test("every reader takes a mark, and none a key twice", () => {
  for (const [read, text] of READERS) {
    const result = (text: string) => {
      try {
        return read(text);
      } catch (error) {
        assert(error instanceof InputError && !error.message.includes("\n"), String(error));
        return error.message;
      }
    };
    assert.deepEqual(result(`\ufeff${text}`), result(text));
    const more = text === "{}" ? '{"x":1,"x":1}' : text.replace("{", `{${text.slice(1, -1)},`);
    assert.match(String(result(more)), /^FILE: "\w+" stands twice in the same object, again in line 1; leave one/);
  }
  // a mark before a header is refused, since the format wants {
  const header = new TextEncoder().encode('{"a":1,"a":1}'), file = new Uint8Array(8 + header.length);
  file[0] = header.length;
  file.set(header, 8);
  assert.throws(() => decodeSafetensors(file, "FILE"), /its header has a name twice: "a"; it is damaged/);
});
