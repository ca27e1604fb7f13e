"""What we ask the NHS's national services, one module for each: how it is asked, how the answer is read. Nothing is written there
unattended. The signals that they send us come in by MESH."""
