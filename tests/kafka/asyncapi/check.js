// Reads schemas/asyncapi.yml with the official parser, and each golden payload by the schema of its message: no member may be missing, of
// another type, or unknown to the schema. Usage: check.js ASYNCAPI GOLDEN_FOLDER [ROWS.ndjson]; each row is {"message", "payload"}.
// Modules come from NODE_PATH (package-lock.json beside this file). Prints what is wrong; exit code 1 then.
"use strict";
const fs = require("fs");
const path = require("path");
const { Parser, fromFile } = require("@asyncapi/parser");
const Ajv = require("ajv");

const problems = [];

// Every object that lists its members has no others.
function closed(schema) {
  if (Array.isArray(schema)) return schema.map(closed);
  if (schema === null || typeof schema !== "object") return schema;
  const out = {};
  for (const [name, value] of Object.entries(schema)) out[name] = name.startsWith("x-parser") ? undefined : closed(value);
  if (out.type === "object" && out.properties && out.additionalProperties === undefined) out.additionalProperties = false;
  delete out.$schema;
  return out;
}

async function main() {
  const [file, golden, rows] = process.argv.slice(2);
  const { document, diagnostics } = await fromFile(new Parser(), file).parse();
  for (const found of diagnostics) {
    if (found.severity > 1) continue;  // errors and warnings
    problems.push(`${file}: ${found.path.join(".")}: ${found.message}`);
  }
  if (!document) throw new Error(problems.join("\n"));
  const ajv = new Ajv({ strict: false, allErrors: true, formats: { "date-time": true, date: true } });
  const checks = {};
  for (const message of document.components().messages().all()) checks[message.name()] = ajv.compile(closed(message.payload().json()));
  const see = (where, name, payload) => {
    if (!checks[name]) return problems.push(`${where}: no message ${name} in ${file}`);
    if (!checks[name](payload)) problems.push(`${where}: ${ajv.errorsText(checks[name].errors)}`);
  };
  let seen = 0;
  for (const name of fs.readdirSync(golden).filter((each) => each.endsWith(".ndjson"))) {
    const message = name[0].toUpperCase() + name.slice(1, -".ndjson".length);
    for (const line of fs.readFileSync(path.join(golden, name), "utf8").split("\n").filter(Boolean)) {
      see(`${name} line ${++seen}`, message, JSON.parse(line));
    }
  }
  if (rows) {
    for (const line of fs.readFileSync(rows, "utf8").split("\n").filter(Boolean)) {
      const row = JSON.parse(line);
      see(`row ${++seen} (${row.message})`, row.message, row.payload);
    }
  }
  if (seen === 0) problems.push("nothing was checked");
  console.log(`${document.channels().all().length} channels, ${seen} payloads`);
}

main().then(
  () => {
    for (const problem of problems) console.log(problem);
    process.exit(problems.length === 0 ? 0 : 1);
  },
  (error) => {
    console.log(error.message);
    process.exit(1);
  },
);
