// node-fhir-server-core on PostgreSQL, for comparison: run by `bench/fhir_peers.py` in a folder of its own.
// The handlers are ours, as short as they can be and no shorter: read by key, insert, ten newest. No token, no log, no rights.
const path = require("path");
const fs = require("fs");
const { randomUUID } = require("crypto");
const { Pool } = require("pg");
const server = require("@asymmetrik/node-fhir-server-core");

const pool = new Pool({ connectionString: process.env.PEER_DSN, max: 8 });
const Patient = server.resolveSchema("4_0_1", "patient");
const service = `module.exports = {
  search: async () => global.peer.search(),
  searchById: async (args) => global.peer.read(args.id),
  create: async (args, { req }) => global.peer.create(req.body),
};`;

global.peer = {
  read: async (id) => {
    const found = await pool.query("SELECT doc FROM peer_patient WHERE id = $1", [id]);
    return found.rows.length ? new Patient(JSON.parse(found.rows[0].doc)) : undefined;
  },
  search: async () => {
    const found = await pool.query("SELECT doc FROM peer_patient ORDER BY id LIMIT 10");
    return found.rows.map((row) => new Patient(JSON.parse(row.doc)));
  },
  create: async (body) => {
    const made = new Patient({ ...body, id: randomUUID() });
    const text = JSON.stringify(made);
    await pool.query("INSERT INTO peer_patient (id, family, doc) VALUES ($1, $2, $3)", [made.id, body.name[0].family, text]);
    return { id: made.id };
  },
};

const file = path.resolve("patient.service.js");
fs.writeFileSync(file, service);
const logger = { level: "error" };
server
  .initialize({ profiles: { patient: { service: file, versions: ["4_0_1"] } }, logging: logger })
  .listen(Number(process.env.PEER_PORT), "127.0.0.1");
