"""Moderation: a self-hosted service that decides which comments may be published."""
