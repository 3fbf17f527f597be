/** The Luhn check in three languages, and functions that have nothing to do with it. */
export const LUHN_PYTHON = `def luhn_valid(number):
    """Whether the check digit of a card number is right."""
    total = 0
    double = False
    for char in reversed(number):
        digit = int(char)
        if double:
            digit = digit * 2
            if digit > 9:
                digit = digit - 9
        total = total + digit
        double = not double
    return total % 10 == 0
`;

export const LUHN_JAVA = `package billing;

public class Cards {
    public static boolean luhnValid(String number) {
        int total = 0;
        boolean isDouble = false;
        for (int i = number.length() - 1; i >= 0; i--) {
            int digit = Integer.parseInt(number.substring(i, i + 1));
            if (isDouble) {
                digit = digit * 2;
                if (digit > 9) {
                    digit = digit - 9;
                }
            }
            total = total + digit;
            isDouble = !isDouble;
        }
        return total % 10 == 0;
    }
}
`;

export const LUHN_GO = `package cards

func LuhnValid(number string) bool {
	total := 0
	double := false
	for i := len(number) - 1; i >= 0; i-- {
		digit := int(number[i] - '0')
		if double {
			digit = digit * 2
			if digit > 9 {
				digit = digit - 9
			}
		}
		total = total + digit
		double = !double
	}
	return total%10 == 0
}
`;

export const UNRELATED_PYTHON = `def read_table(path, separator):
    rows = []
    with open(path) as stream:
        header = stream.readline().strip().split(separator)
        for line in stream:
            cells = line.strip().split(separator)
            if len(cells) != len(header):
                raise ValueError("wrong number of cells")
            rows.append(dict(zip(header, cells)))
    return rows
`;
