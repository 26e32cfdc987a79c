import { expect } from "chai";
import fc from "fast-check";

import { JsonSyntaxError, parseJson, showPath } from "../../../../scripts/scenario/json";
import { cases } from "../../../helpers/cases";

function problem(text: string): string {
  try {
    parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    return `${error.position.line}:${error.position.column} ${error.message}`;
  }
  throw new Error("expected a syntax error");
}

describe("parseJson", () => {
  it("reads what JSON.stringify writes, as JSON.parse does", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(undefined, 2, "\t"), (value, space) => {
        const text = JSON.stringify(value, null, space);
        expect(JSON.stringify(parseJson(text).value)).to.equal(JSON.stringify(JSON.parse(text)));
      }),
      { seed: 9, numRuns: cases(500) },
    );
  });

  it("accepts exactly the texts that JSON.parse accepts", () => {
    const pieces = [
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"a"',
      '"b"',
      "1",
      "-0.5e3",
      "01",
      "true",
      "null",
      " ",
      "\n",
      '"',
      "\\",
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 9 }), (parts) => {
        const text = parts.join("");
        let accepted = true;
        try {
          JSON.parse(text);
        } catch {
          accepted = false;
        }
        if (accepted && /"a"\s*:.*"a"\s*:|"b"\s*:.*"b"\s*:/s.test(text)) return; // twice the same field
        if (accepted) expect(parseJson(text).value).to.deep.equal(parseJson(JSON.stringify(JSON.parse(text))).value);
        else expect(() => parseJson(text), text).to.throw(JsonSyntaxError);
      }),
      { seed: 9, numRuns: cases(3000) },
    );
  });

  it("knows where values stand, or what encloses them", () => {
    const json = parseJson('{ "a": [1,\n  { "b": 2 } ],\r\n "c": 3 }');
    expect(json.positionOf(["a", 1, "b"])).to.deep.equal({ line: 2, column: 10 });
    expect(json.positionOf(["a", 1, "x", 7])).to.deep.equal({ line: 2, column: 3 });
    expect(json.positionOf(["c"])).to.deep.equal({ line: 3, column: 7 });
    expect(json.positionOf(["x"])).to.deep.equal({ line: 1, column: 1 });
    expect(json.positionOf([])).to.deep.equal({ line: 1, column: 1 });
  });

  it("ignores a byte order mark", () => {
    expect(parseJson("\uFEFF[1]").value).to.deep.equal([1]);
  });

  it("says where it stumbles", () => {
    expect(problem("")).to.equal("1:1 not valid JSON: expected a value, found its end");
    expect(problem("{}\n x")).to.equal('2:2 not valid JSON: expected the end of the file, found "x"');
    expect(problem('{ "a": 1,\n}')).to.equal('2:1 not valid JSON: expected a field name in double quotes, found "}"');
    expect(problem('{ "a" 1 }')).to.equal('1:7 not valid JSON: expected ":" after a field name, found "1"');
    expect(problem('{ "a": 1 "b": 2 }')).to.equal('1:10 not valid JSON: expected "," or "}", found """');
    expect(problem("[1 2]")).to.equal('1:4 not valid JSON: expected "," or "]", found "2"');
    expect(problem('{ "a": 1, "a": 2 }')).to.equal('1:11 field "a" is given twice');
    expect(problem('["a')).to.equal("1:2 not valid JSON: a string that never ends well");
    expect(problem("[".repeat(100_000))).to.equal("1:66 nested more than 64 deep");
  });

  it("treats no field name specially", () => {
    const { value } = parseJson('{ "__proto__": { "polluted": true } }');
    expect(Object.keys(value as object)).to.deep.equal(["__proto__"]);
    expect("polluted" in {}).to.equal(false);
  });

  it("shows paths as one would write them", () => {
    expect(showPath(["events", 3, "place", "price"])).to.equal("events[3].place.price");
    expect(showPath([])).to.equal("");
  });
});
