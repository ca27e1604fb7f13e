"""The systems, codes and profiles that our resources name: national ones as published, our own under one address."""
