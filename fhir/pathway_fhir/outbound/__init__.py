"""What leaves for partners' systems: the message, made once from what the partner may know, and sent in order until it arrives."""
