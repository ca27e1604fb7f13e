"""What a partner's system sends, brought to the same actions that people use. One module for each thing that may be sent."""
