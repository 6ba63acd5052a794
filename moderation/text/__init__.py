"""What a text is, below all judgement: its plain form, its language, its links."""
