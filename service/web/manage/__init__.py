"""The curators' desk: chains, gaps, dictionaries, policy texts, the fair-competition check."""
