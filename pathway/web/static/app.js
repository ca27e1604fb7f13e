// The only script of our own: it starts the NHS.UK frontend's components. Every page works without it.
import { initAll } from "./vendor/nhsuk-frontend.min.js";

initAll();
