"""How good the model and the policy are on somebody's own, labelled comments."""
