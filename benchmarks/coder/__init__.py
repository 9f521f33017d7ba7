"""Parts of `benchmarks/text_coder.py`: the corpus, our page, the peers' pages."""
