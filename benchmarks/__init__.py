"""What things cost, measured beside a yardstick in the same run; nothing here decides whether a change passes."""
