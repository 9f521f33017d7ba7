"""Qualitative coding in Jupyter: `import coding as qc`."""
